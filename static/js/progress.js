// Work that goes on while the page is open: it is looked at again, and the page is drawn anew when it is done.
const PAUSE = 2000;

const look = async () => {
  const shown = document.querySelector("[data-progress]");
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-progress]");
    if (now.dataset.progress === "0") {
      location.reload();
      return;
    }
    // Only the words are written, and only when they are new: a live region is read out at every change.
    const said = shown.querySelector("[role=status]"), words = now.querySelector("[role=status]");
    if (said.textContent !== words.textContent) said.replaceChildren(...words.childNodes);
  } catch {
    // The next look may reach the shop again.
  }
  setTimeout(look, PAUSE);
};

if (document.querySelector("[data-progress]:not([data-progress='0'])")) setTimeout(look, PAUSE);
