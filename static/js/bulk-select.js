// Ticking rows faster: all on this page, a range with the shift key, and how many are ticked.
for (const form of document.querySelectorAll("form[data-bulk]")) {
  const boxes = [...form.querySelectorAll("input[name=product]")];
  const page = form.querySelector("[data-bulk-page] input"), every = form.querySelector("[data-bulk-every]");
  const said = form.querySelector("[data-bulk-said]"), counted = said.textContent.trim();
  if (!page || !every) continue;
  let last = null;

  const tell = () => {
    const number = boxes.filter((box) => box.checked).length;
    page.checked = number === boxes.length;
    page.indeterminate = number > 0 && number < boxes.length;
    const ticked = every.checked ? "All that match are ticked" : number ? `${number} ticked` : "";
    said.textContent = [counted, ticked].filter(Boolean).join(". ");
  };

  boxes.forEach((box, place) => box.addEventListener("click", (event) => {
    if (event.shiftKey && last !== null)
      for (let between = Math.min(last, place); between <= Math.max(last, place); between++) boxes[between].checked = box.checked;
    last = place;
    every.checked = false;
    tell();
  }));
  page.addEventListener("change", () => {
    for (const box of boxes) box.checked = page.checked;
    every.checked = false;
    tell();
  });
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    tell();
  });
  form.querySelector("[data-bulk-page]").hidden = false;
  tell();
}
