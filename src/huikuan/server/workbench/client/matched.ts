// The list of matches loads again when one of them was taken apart or undone.
document.body.addEventListener("bench:changed", () => { window.setTimeout(() => window.location.reload(), 900); });
