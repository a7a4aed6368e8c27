// Items of a list are put in order without asking the server: by their buttons, or dragged by the handle that is added
// here. The form they stand in is saved as usual.
const START = 6; // pixels; less is a press and no drag

for (const list of document.querySelectorAll("[data-reorder]")) {
  const said = document.querySelector("[data-reorder-said]");
  const items = () => [...list.querySelectorAll(":scope > [data-reorder-item]")];

  const changed = (item) => {
    const all = items();
    for (const [place, each] of all.entries()) {
      each.querySelector('[data-reorder-step="-1"]').disabled = place === 0;
      each.querySelector('[data-reorder-step="1"]').disabled = place === all.length - 1;
    }
    said.textContent = `Now number ${all.indexOf(item) + 1} of ${all.length}. Not saved yet.`;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reorder-step]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("[data-reorder-item]");
    if (button.dataset.reorderStep === "-1") item.previousElementSibling?.before(item);
    else item.nextElementSibling?.after(item);
    changed(item);
    (button.disabled ? item.querySelector("[data-reorder-step]:not(:disabled)") : button)?.focus();
  });

  const drag = (item, start) => {
    const began = items().indexOf(item);
    let moves = false;
    const follow = ({ clientX, clientY }) => {
      moves ||= Math.hypot(clientX - start.clientX, clientY - start.clientY) > START;
      const over = moves && document.elementFromPoint(clientX, clientY)?.closest("[data-reorder-item]");
      item.toggleAttribute("data-dragged", moves);
      if (!over || over === item || over.parentElement !== list) return;
      if (items().indexOf(over) < items().indexOf(item)) over.before(item); else over.after(item);
    };
    // An item that is put elsewhere loses the pointer, so the whole page is listened to.
    const listening = new AbortController();
    const stop = () => {
      listening.abort();
      item.removeAttribute("data-dragged");
      if (items().indexOf(item) !== began) changed(item);
    };
    document.addEventListener("pointermove", follow, listening);
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, stop, listening);
  };

  const prepare = (item) => {
    const handle = document.createElement("span");
    handle.className = "picture-handle";
    handle.textContent = "Drag";
    handle.setAttribute("aria-hidden", "true"); // for the keyboard there are the buttons
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      drag(item, event);
    });
    item.prepend(handle);
  };
  for (const item of items()) prepare(item);
  // Pictures that another script adds.
  list.addEventListener("reorder:added", (event) => { prepare(event.target); changed(event.target); });
}
