// "Leave this site": covers the page at once and puts another site in its place, so that Back does not come here.
// By click, or by Shift pressed alone three times within five seconds. Without this script the link still works.
const WITH_EXIT = /^\/(stories|articles|pathways|stages|safety|help-lines)(\/|$)/;
const PRESSES = 3;
const SECONDS_5 = 5000;

const exit = document.querySelector("[data-quick-exit]").href;
const said = document.querySelector("[data-leave-said]");

function leave() {
  const cover = document.createElement("div");
  cover.className = "leave-cover";
  document.body.append(cover);
  document.title = "Loading";
  location.replace(exit);
}

// Between pages that have the exit nothing is added to the way back. `goesOn`: she left this page by one of its links.
let goesOn = false;

function opens(address) {
  const isHere = address.pathname === location.pathname && address.search === location.search;
  return address.origin === location.origin && (isHere || WITH_EXIT.test(address.pathname));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link?.matches("[data-quick-exit]")) {
    event.preventDefault();
    leave();
  } else if (link?.protocol.startsWith("http") && !link.target && !link.download && !event.defaultPrevented
    && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    goesOn = true;
    if (opens(link)) {
      event.preventDefault();
      location.replace(link.href);
    }
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  goesOn = true;
  const address = new URL(form.action);
  if (form.method === "get" && opens(address)) {
    event.preventDefault();
    address.search = new URLSearchParams(new FormData(form, event.submitter));
    location.replace(address);
  }
});

// The browser may bring a page back as it stood, without asking us.
addEventListener("pageshow", (event) => {
  if (event.persisted && !goesOn) leave();
  goesOn = false;
});

// Counted when Shift comes up and nothing else was touched meanwhile: capital letters and Shift-Tab are no signal.
let presses = [];
let alone = false;
let timer;

function tell() {
  clearTimeout(timer);
  const now = performance.now();
  presses = presses.filter((moment) => now - moment < SECONDS_5);
  const missing = PRESSES - presses.length;
  const words = missing ? `Press Shift ${missing === 1 ? "once" : "twice"} more to leave this site.` : "Leaving.";
  said.innerHTML = presses.length
    ? `<span aria-hidden="true">${"●".repeat(presses.length)}${"○".repeat(missing)}</span> ${words}` : "";
  if (presses.length) timer = setTimeout(tell, presses[0] + SECONDS_5 - now);
}

function begin() {
  alone = false;
  if (!presses.length) return;
  presses = [];
  tell();
}

document.addEventListener("keydown", ({ key, repeat }) => {
  if (key !== "Shift") begin();
  else if (!repeat) alone = true;
});
document.addEventListener("pointerdown", begin);
document.addEventListener("keyup", ({ key }) => {
  if (key !== "Shift" || !alone) return;
  alone = false;
  presses.push(performance.now());
  tell();
  if (presses.length >= PRESSES) leave();
});
