// Rows of a form are put in order without asking the server: by their buttons, and by dragging. Saving is the form's.
for (const list of document.querySelectorAll("[data-order]")) {
  const items = () => [...list.querySelectorAll(":scope > [data-order-item]")];
  const said = list.parentElement.querySelector("[data-order-said]");
  let dragged;

  const changed = (words) => {
    items().forEach((item, place, all) => {
      const [earlier, later] = [item.querySelector('[data-move="-1"]'), item.querySelector('[data-move="1"]')];
      if (earlier) earlier.disabled = place === 0;
      if (later) later.disabled = place === all.length - 1;
      // Without this script the buttons name their row by its place.
      for (const button of item.querySelectorAll("[data-move]")) button.value = button.value.replace(/\d+$/, place);
    });
    if (said) said.textContent = words;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const nameOf = (item) => item.querySelector(".typed-name")?.textContent.trim() ?? "The row";

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const item = button?.closest("[data-order-item]");
    if (!item || item.parentElement !== list) return;
    event.preventDefault();
    if (button.dataset.move === "out") {
      const next = item.nextElementSibling ?? item.previousElementSibling;
      item.remove();
      next?.querySelector('[data-move="out"]')?.focus();
      return changed(`${nameOf(item)} is taken out.`);
    }
    const step = Number(button.dataset.move);
    const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (step < 0) other.before(item); else other.after(item);
    changed(`${nameOf(item)} is number ${items().indexOf(item) + 1} of ${items().length}.`);
    (button.disabled ? item.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  });

  for (const item of items()) {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => { dragged = item; event.dataTransfer.effectAllowed = "move"; });
    item.addEventListener("dragend", () => {
      if (dragged) changed(`${nameOf(item)} is number ${items().indexOf(item) + 1} of ${items().length}.`);
      dragged = undefined;
    });
  }
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-order-item]");
    if (!dragged || !over || over.parentElement !== list) return;
    event.preventDefault();
    if (over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    if (event.clientY < top + height / 2) over.before(dragged); else over.after(dragged);
  });
}
