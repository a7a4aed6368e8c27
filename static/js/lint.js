// The house rules are asked anew as one types. Only the summary is read out, and the focus stays where it is.
const PAUSE = 600;

for (const form of document.querySelectorAll("form[data-lint]")) {
  const summary = document.querySelector("[data-lint-summary]");
  const findings = document.querySelector("[data-lint-findings]");
  let waiting, asking;

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    // As a form is sent without files: a long one has more fields than may be sent as parts.
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    try {
      const answer = await fetch(form.dataset.lint, { method: "POST", body, signal: asking.signal });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("[data-summary]");
      findings.replaceChildren(found);
      say(found.dataset.summary);
    } catch (error) {
      if (error.name !== "AbortError") say("The house rules could not be asked. They are asked again when you save.");
    }
  };
  // Written only when it is new: a live region is read out at every change.
  const say = (words) => { if (summary.textContent !== words) summary.textContent = words; };

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE);
  });
}
