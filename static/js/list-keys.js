// Single keys move through a list. They work only while the focus is inside it, and never while somebody types.
const list = document.querySelector("[data-list]");

if (list) {
  const rows = [...list.querySelectorAll("tbody > tr")];
  const link = (row) => row.querySelector("th a");
  const search = document.querySelector("[data-list-search]");
  const isTyping = (element) => element.matches("textarea, select, [contenteditable], input:not([type=checkbox])");

  const acts = {
    j: (place) => link(rows[Math.min(place + 1, rows.length - 1)])?.focus(),
    k: (place) => link(rows[Math.max(place - 1, 0)])?.focus(),
    x: (place) => rows[place]?.querySelector("input[type=checkbox]")?.click(),
    "/": () => search?.focus(),
  };

  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "Enter" && event.target.matches("input[type=checkbox]")) {
      event.preventDefault(); // opens the row instead of sending the form
      link(event.target.closest("tr"))?.click();
      return;
    }
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act(rows.indexOf(event.target.closest("tr")));
  });
  for (const keys of document.querySelectorAll("[data-list-keys]")) keys.hidden = false;
}
