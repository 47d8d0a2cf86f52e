// Toasts leave after six seconds, not while hovered or focused; at most three are shown.
const LIFE_MS = 6000;

function arm(toast: HTMLElement): void {
  if (toast.dataset.armed) return;
  toast.dataset.armed = "1";
  let timer = window.setTimeout(() => toast.remove(), LIFE_MS);
  const stop = () => window.clearTimeout(timer);
  const start = () => { stop(); timer = window.setTimeout(() => toast.remove(), LIFE_MS); };
  toast.addEventListener("mouseenter", stop);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("mouseleave", start);
  toast.querySelector("[data-dismiss]")?.addEventListener("click", () => toast.remove());
}

export function startToasts(): void {
  const box = document.getElementById("toasts");
  if (!box) return;
  const armAll = () => {
    const toasts = [...box.querySelectorAll<HTMLElement>(".toast-line")];
    toasts.slice(0, -3).forEach((old) => old.remove());
    toasts.forEach(arm);
  };
  armAll();
  new MutationObserver(armAll).observe(box, { childList: true });
}
