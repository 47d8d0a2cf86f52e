// The report builder: everything works by its buttons; this adds finding a field, dragging one into a zone, and
// keeping the focus where it was after the page has been drawn anew.
function send(builder: HTMLFormElement, words: string): void {
  const button = document.createElement("button");
  button.name = "do";
  button.value = words;
  button.hidden = true;
  builder.append(button);
  button.click(); // goes with the form that is drawn anew
}

function find(input: HTMLInputElement): void {
  const wanted = input.value.trim().toLowerCase();
  for (const item of document.querySelectorAll<HTMLElement>(".field-list li")) {
    item.classList.toggle("is-hidden", !(item.textContent ?? "").toLowerCase().includes(wanted));
  }
}

let dragged: HTMLElement | null = null;

function zoneAt(event: Event): HTMLElement | null {
  const zone = (event.target as HTMLElement).closest<HTMLElement>("[data-zone]");
  return zone && dragged && (dragged.dataset.zones ?? "").split(" ").includes(zone.dataset.zone ?? "") ? zone : null;
}

function mark(): void {
  for (const zone of document.querySelectorAll<HTMLElement>("[data-zone]")) {
    const fits = dragged !== null && (dragged.dataset.zones ?? "").split(" ").includes(zone.dataset.zone ?? "");
    zone.classList.toggle("is-target", fits);
    zone.classList.remove("is-over");
  }
}

document.addEventListener("input", (event) => {
  const field = event.target as HTMLInputElement;
  if (field.matches("[data-find]")) find(field);
  if (field.matches("[data-contains]")) {
    const way = field.form?.querySelector<HTMLInputElement>('input[name="how"][value="contains"]');
    if (way) way.checked = true;
  }
});
document.addEventListener("keydown", (event) => {
  const field = event.target as HTMLElement;
  if (event.key !== "Enter" || !field.closest("#builder") || !(field instanceof HTMLInputElement)) return;
  if (field.matches("[data-find]")) event.preventDefault();
  const apply = field.closest(".condition")?.querySelector<HTMLButtonElement>("[data-default]");
  if (!apply) return;
  event.preventDefault();
  apply.click();
});
document.addEventListener("dragstart", (event) => {
  dragged = (event.target as HTMLElement).closest<HTMLElement>("[data-field]");
  event.dataTransfer?.setData("text/plain", dragged?.dataset.field ?? "");
  mark();
});
document.addEventListener("dragend", () => { dragged = null; mark(); });
document.addEventListener("dragover", (event) => {
  const zone = zoneAt(event);
  document.querySelectorAll(".is-over").forEach((each) => each.classList.toggle("is-over", each === zone));
  if (!zone) return;
  event.preventDefault();
  zone.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const zone = zoneAt(event);
  const builder = document.querySelector<HTMLFormElement>("#builder");
  if (!zone || !builder || !dragged) return;
  event.preventDefault();
  const field = dragged.dataset.field;
  send(builder, zone.dataset.zone === "filters" ? `edit ${field}` : `add ${zone.dataset.zone} ${field}`);
});

document.addEventListener("htmx:afterSettle", (event) => {
  if ((event.target as HTMLElement).id !== "builder") return;
  const condition = document.querySelector<HTMLElement>("#condition");
  if (condition) condition.querySelector<HTMLElement>("input")?.focus();
  else if (document.activeElement === document.body) document.querySelector<HTMLElement>("#builder .field-name.is-used")?.focus();
});
