// Ask again how a payment stands: after three seconds, then ever more seldom, two minutes at most.
const FIRST = 3000;
const SLOWER = 1.3;
const LONGEST = 15000;
const GIVE_UP = 120000;

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function lookAgain(element) {
  const status = element.matches("[role=status]") ? element : element.querySelector("[role=status]");
  for (let pause = FIRST, spent = 0; spent < GIVE_UP; spent += pause, pause = Math.min(pause * SLOWER, LONGEST)) {
    await wait(pause);
    let news;
    try {
      const answer = await fetch(element.dataset.poll, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) continue;
      news = await answer.json();
    } catch {
      continue;
    }
    // Written only when it is new: a live region is read out at every change.
    if (status && news.message && status.textContent.trim() !== news.message) status.textContent = news.message;
    const goal = news.url && new URL(news.url, location.href);
    if (goal && goal.origin === location.origin) {
      location.replace(goal);
      return;
    }
  }
}

document.querySelectorAll("[data-poll]").forEach(lookAgain);
