// The drop zone of the import page: files go up one after the other with their progress, then the batch is started.
import "./import.css";

interface Waiting { file: File; line: HTMLElement }

const form = document.getElementById("drop") as HTMLFormElement | null;
const list = document.getElementById("uploading") as HTMLElement | null;

function token(): string {
  return (form?.querySelector("[name=csrfmiddlewaretoken]") as HTMLInputElement).value;
}

function batchName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function showLine(file: File): HTMLElement {
  const line = document.createElement("div");
  line.className = "upload-line";
  const name = document.createElement("span");
  name.textContent = file.name;
  const bar = document.createElement("div");
  bar.className = "progress-line";
  const share = document.createElement("i");
  share.style.width = "0";
  bar.append(share);
  const note = document.createElement("span");
  note.className = "second";
  note.textContent = form?.dataset.waiting ?? "";
  line.append(name, bar, note);
  return line;
}

/** The head of the list: how many files have gone up. Returns what tells it. */
function showHead(box: HTMLElement, waiting: Waiting[]): (sent: number) => void {
  const head = document.createElement("div");
  head.className = "upload-head";
  const words = document.createElement("b");
  words.setAttribute("role", "status");
  const bar = document.createElement("div");
  bar.className = "progress-line";
  const share = document.createElement("i");
  bar.append(share);
  head.append(words, bar);
  const lines = document.createElement("div");
  lines.className = "upload-lines";
  lines.append(...waiting.map((each) => each.line));
  box.replaceChildren(head, lines);
  box.hidden = false;
  return (sent) => {
    const shown = String(Math.min(sent + 1, waiting.length));
    words.textContent = (box.dataset.words ?? "").replace("%(n)s", shown).replace("%(total)s", String(waiting.length));
    share.style.width = `${Math.floor((sent * 100) / waiting.length)}%`;
  };
}

/** The session has ended: to the login page, which leads back here. */
function toLogin(address: URL): void {
  address.searchParams.set("next", location.pathname + location.search);
  location.assign(address);
}

function send(waiting: Waiting, batch: string): Promise<boolean> {
  return new Promise((resolve) => {
    const body = new FormData();
    body.append("batch", batch);
    body.append("files", waiting.file, waiting.file.name);
    const request = new XMLHttpRequest();
    const bar = waiting.line.querySelector("i") as HTMLElement;
    const note = waiting.line.querySelector(".second") as HTMLElement;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      const percent = Math.floor((event.loaded * 100) / event.total);
      bar.style.width = `${percent}%`;
      note.textContent = `${percent}%`;
    });
    note.textContent = form?.dataset.uploading ?? "";
    const ended = (ok: boolean): void => {
      if (ok) bar.style.width = "100%";
      else note.textContent = form?.dataset.failed ?? "";
      note.classList.toggle("is-overdue", !ok);
      note.classList.toggle("text-status", !ok);
      resolve(ok);
    };
    request.addEventListener("load", () => {
      const address = new URL(request.responseURL, location.href);
      if (address.pathname !== new URL(form?.dataset.upload ?? "", location.href).pathname) toLogin(address);
      ended(request.status === 200);
    });
    request.addEventListener("error", () => ended(false));
    request.addEventListener("abort", () => ended(false));
    request.open("POST", form?.dataset.upload ?? "");
    request.setRequestHeader("X-CSRFToken", token());
    request.send(body);
  });
}

async function upload(files: File[]): Promise<void> {
  if (!form || !list || !files.length) return;
  const batch = batchName();
  const waiting = files.map((file) => ({ file, line: showLine(file) }));
  const told = showHead(list, waiting);
  let sent = 0;
  for (const [number, each] of waiting.entries()) {
    told(number);
    each.line.scrollIntoView({ block: "nearest" });
    if (await send(each, batch)) sent += 1;
  }
  told(waiting.length);
  if (!sent) return;
  const body = new FormData();
  body.append("batch", batch);
  const answer = await fetch(form.dataset.start ?? "", { method: "POST", body, headers: { "X-CSRFToken": token() } });
  if (sent === files.length && answer.ok) location.assign(answer.url);
  else location.assign(`${location.pathname}?batch=${batch}`);
}

// What systems put into folders by themselves, and what Excel writes beside an open workbook.
const NO_DATA = /^(\.|~\$|Thumbs\.db$|desktop\.ini$)/i;

/** The files of what is dropped, those inside folders too. Must be called while the event is handled. */
async function droppedFiles(dropped: DataTransfer): Promise<File[]> {
  const items = Array.from(dropped.items, (item) => ({ file: item.getAsFile(), entry: item.webkitGetAsEntry() }));
  const files: File[] = [];
  for (const { file, entry } of items) {
    if (entry?.isDirectory) files.push(...await filesOf(entry));
    else if (file) files.push(file);
  }
  return files;
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (NO_DATA.test(entry.name)) return [];
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => { (entry as FileSystemFileEntry).file(resolve, reject); })];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) { // a reader gives a hundred entries at a time, and none at the end
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return files.sort((one, other) => one.name.localeCompare(other.name));
    for (const each of some) files.push(...await filesOf(each));
  }
}

if (form) {
  const input = form.querySelector("input[type=file]") as HTMLInputElement;
  input.addEventListener("change", () => { void upload(Array.from(input.files ?? [])); });
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("dropping"); });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("dropping"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("dropping");
    if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(upload);
  });
}
