// The page of formats: a box that leaves only the files whose row holds all the words typed.
const box = document.getElementById("formats-find") as HTMLInputElement | null;
const none = document.getElementById("formats-none") as HTMLElement | null;

function narrow(): void {
  const words = (box?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const group of document.querySelectorAll<HTMLElement>(".formats-group")) {
    let shown = 0;
    const title = group.querySelector("h2")?.textContent ?? "";
    for (const row of group.querySelectorAll<HTMLElement>("tbody tr")) {
      const text = `${title} ${row.textContent ?? ""}`.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    group.hidden = shown === 0;
    left += shown;
  }
  if (none) none.hidden = left > 0;
}

if (box?.parentElement) {
  box.parentElement.hidden = false;
  box.addEventListener("input", narrow);
}
