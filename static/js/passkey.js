// A passkey in the place of a code: asks the browser, puts its answer into the form and sends that.
// Found by data-passkey ("prove" or "add"). Without this script the button stays hidden and codes work.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const known = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

const ask = async (form) => {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, purpose: form.dataset.passkey });
  const answer = await fetch(form.dataset.passkeyOptions, { method: "POST", body });
  if (!answer.ok) throw new Error("refused");
  const options = await answer.json();
  options.challenge = bytes(options.challenge);
  if (form.dataset.passkey === "prove") {
    options.allowCredentials = known(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  }
  options.user.id = bytes(options.user.id);
  options.excludeCredentials = known(options.excludeCredentials);
  return navigator.credentials.create({ publicKey: options });
};

const written = ({ id, rawId, type, response }) => {
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: parts, clientExtensionResults: {} });
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = form.querySelector("[data-passkey-button]");
  if (!button || !window.PublicKeyCredential) continue;
  form.hidden = button.hidden = false;
  const words = button.textContent;
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      form.elements.credential.value = written(await ask(form));
      form.submit();
    } catch {
      button.disabled = false;
      button.textContent = `${words} (that did not work; try again)`;
    }
  });
}
