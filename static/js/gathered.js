// What a rule gathers is shown as it is typed. The form is sent as by its button; of the answer one part is taken.
const PAUSE = 600;
const part = document.querySelector("[data-gathered]");
const form = part?.closest("form");
let waiting, asking;

const ask = async () => {
  asking?.abort();
  asking = new AbortController();
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name); // no picture is sent along
  body.set("do", "look");
  try {
    const answer = await fetch(form.action, { method: "POST", body, signal: asking.signal });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.querySelector("[data-gathered]");
    const said = part.querySelector("[data-gathered-said]");
    const words = found.querySelector("[data-gathered-said]");
    // The sentence stays where it is, and is read out only when it is another one.
    if (said.textContent !== words.textContent) said.textContent = words.textContent;
    words.remove();
    part.replaceChildren(said, ...found.children);
  } catch (error) {
    if (error.name !== "AbortError") part.querySelector("[data-gathered-said]").textContent = "This could not be asked. It is asked again when you save.";
  }
};

form?.addEventListener("input", (event) => {
  if (!/^(rule\.|has_rule)/.test(event.target.name ?? "")) return;
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
});
