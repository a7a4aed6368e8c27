// Several pictures at once: each picked file gets a line for its words, is sent by itself with its progress, and can be
// left out. Without this script the form has four places for files and sends them together.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const [slots, many, list, row, said, send] = ["slots", "many", "waiting", "row", "said", "send"].map((name) =>
    form.querySelector(`[data-upload-${name}]`));
  const picker = many.querySelector("input");
  const most = { bytes: Number(form.dataset.upload), files: Number(form.dataset.uploadMost) };
  const waiting = new Map(); // file by its line
  let numbers = 0, sending = null, firstOnes = 0; // pictures that came while the page had no form for them yet

  slots.hidden = true;
  slots.querySelectorAll("input").forEach((input) => { input.disabled = true; });
  many.hidden = false;
  const show = () => { send.hidden = !waiting.size; };
  show();

  const mark = (line, words) => {
    const [wrong, input] = [line.querySelector(".field-wrong"), line.querySelector("input")];
    wrong.hidden = !words;
    wrong.querySelector("span").textContent = words;
    if (words) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
  };

  const wait = (file) => {
    const line = row.content.firstElementChild.cloneNode(true);
    const [label, input, wrong] = [line.querySelector("label"), line.querySelector("input"), line.querySelector(".field-wrong")];
    input.id = `waiting-${numbers}`;
    wrong.id = `waiting-${numbers}-wrong`;
    numbers += 1;
    label.htmlFor = input.id;
    label.textContent = `What is to be seen on ${file.name}`;
    input.setAttribute("aria-describedby", wrong.id);
    line.querySelector("button").setAttribute("aria-label", `Leave out ${file.name}`);
    line.querySelector("button").addEventListener("click", () => {
      if (sending?.line === line) sending.request.abort();
      drop(line);
      if (!sending) showFirstOnes();
      picker.focus();
    });
    list.append(line);
    waiting.set(line, file);
    if (file.size > most.bytes) mark(line, `This file is larger than ${most.bytes / 1e6} MB. Please make it smaller.`);
  };
  const drop = (line) => { waiting.delete(line); line.remove(); show(); };
  // Drawn anew, with the form for them, as soon as no file waits any longer: until then nothing that was chosen is lost.
  const showFirstOnes = () => {
    if (firstOnes && !waiting.size) location.assign(`${location.pathname}?done=added&count=${firstOnes}`);
  };

  picker.addEventListener("change", () => {
    const room = most.files - waiting.size;
    const files = [...picker.files];
    for (const file of files.slice(0, room)) wait(file);
    said.textContent = files.length > room ? `At most ${most.files} at once: the others were left out.` : "";
    picker.value = "";
    show();
    list.querySelector("input:placeholder-shown, input")?.focus();
  });

  // The line's own request. Answers with the page that came back; fails with words for the line.
  const ask = (line) => new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.append("csrf_token", form.elements.csrf_token.value);
    body.append("picture", waiting.get(line));
    body.append("alt", line.querySelector("input").value);
    const bar = line.querySelector("progress");
    bar.hidden = false;
    bar.setAttribute("aria-label", `Progress of ${waiting.get(line).name}`);
    request.upload.addEventListener("progress", ({ loaded, total }) => { bar.value = total ? 100 * loaded / total : 0; });
    request.addEventListener("load", () => {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      if (request.status === 200) return done(page);
      const words = page.querySelector("[data-upload-wrong] li")?.textContent ?? page.querySelector("[data-upload-wrong] h2")?.textContent;
      fail(words?.trim().replace(`${waiting.get(line).name}: `, "") || "This could not be sent. Please try again.");
    });
    request.addEventListener("error", () => fail("This could not be sent. Please try again."));
    request.addEventListener("abort", () => fail(""));
    request.open("POST", form.action);
    request.send(body);
    sending = { line, request };
  });

  // What came back has the new picture in its form. It goes into ours, with what was typed here left as it is.
  const take = (page) => {
    const [here, there] = [document.querySelector("form#pictures"), page.querySelector("form#pictures")];
    if (!here || !there) {
      firstOnes += 1;
      return;
    }
    here.elements.version.value = there.elements.version.value;
    for (const field of document.querySelectorAll("input[name=version]")) field.value = there.elements.version.value;
    const known = new Set([...here.querySelectorAll("[data-reorder-item]")].map((item) => item.dataset.reorderItem));
    for (const item of there.querySelectorAll("[data-reorder-item]")) {
      if (known.has(item.dataset.reorderItem)) continue;
      const added = document.importNode(item, true);
      here.querySelector("[data-reorder]").append(added);
      added.dispatchEvent(new Event("reorder:added", { bubbles: true }));
    }
    for (const choice of here.querySelectorAll("[data-upload-choices]")) {
      const values = new Set([...choice.options].map((option) => option.value));
      const theirs = there.querySelector(`#${CSS.escape(choice.id)}`);
      for (const option of theirs?.options ?? []) {
        if (!values.has(option.value)) choice.append(new Option(option.textContent, option.value));
      }
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    const bare = [...waiting.keys()].filter((line) => !line.querySelector("input").value.trim());
    for (const line of bare) mark(line, "Say in a few words what is to be seen, for those who cannot see it.");
    if (bare.length) return bare[0].querySelector("input").focus();
    const lines = [...waiting.keys()].filter((line) => waiting.get(line).size <= most.bytes);
    let added = 0, refused = waiting.size - lines.length;
    send.disabled = true;
    for (const [place, line] of lines.entries()) {
      if (!waiting.has(line)) continue; // left out meanwhile
      said.textContent = `Sending ${place + 1} of ${lines.length}`;
      mark(line, "");
      try {
        take(await ask(line));
        added += 1;
        drop(line);
      } catch (words) {
        line.querySelector("progress").hidden = true;
        if (!words) continue; // left out
        refused += 1;
        mark(line, words);
      }
    }
    sending = null;
    send.disabled = false;
    said.textContent = [`${added === 1 ? "1 picture is" : `${added} pictures are`} added.`,
      refused ? `${refused === 1 ? "1 was" : `${refused} were`} not taken: see beside it.` : ""].join(" ").trim();
    list.querySelector("[aria-invalid]")?.focus();
    showFirstOnes();
  });
  addEventListener("beforeunload", (event) => { if (waiting.size) event.preventDefault(); });
}
