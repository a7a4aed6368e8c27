// What is typed into a form is kept on the server while it is not saved, for the one who types it.
const PAUSE = 3000;

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const said = form.querySelector("[data-autosave-said]");
  let waiting;

  const keep = async () => {
    // Files are not kept; the browser asks before the page is left.
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    try {
      const answer = await fetch("/admin/unsaved", { method: "POST", body });
      if (said) said.textContent = answer.ok ? "Kept, not yet saved." : "This could not be kept. Please save soon.";
    } catch {
      if (said) said.textContent = "This could not be kept. Please save soon.";
    }
  };

  // A field may belong to the form and stand elsewhere on the page.
  document.addEventListener("input", (event) => {
    if (event.target.form !== form) return;
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}
