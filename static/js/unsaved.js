// Asks before what was typed is left behind. A form that came back with errors is unsaved from the beginning.
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  const written = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token"));
  const saved = form.dataset.unsaved === "yes" ? null : written();
  let sending = false;

  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pageshow", () => { sending = false; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && written() !== saved) event.preventDefault();
  });
}
