// A photograph: sent, read, shown with its boxes; each digit can be corrected.

import * as api from "./api.js";
import { element, fail, percent, picture, show } from "./digits.js";

export function start(collects) {
  const find = (id) => document.getElementById(id);
  const drop = find("drop");
  const file = find("photo-file");
  const shown = find("photo-picture");
  const answer = find("photo-answer");
  const details = find("photo-details");
  const time = find("photo-time");
  const copy = find("photo-copy");
  let asking = null;

  async function send(photograph) {
    asking?.abort();
    const mine = (asking = new AbortController());
    answer.textContent = "Reading …";
    answer.classList.add("none");
    answer.classList.remove("failed");
    details.replaceChildren();
    shown.hidden = copy.hidden = true;
    time.textContent = "";
    const start = performance.now();
    try {
      const read = await api.read(photograph, { name: photograph.name, annotated: true, signal: mine.signal });
      if (mine !== asking) return;
      time.textContent = `${Math.round(performance.now() - start)} ms`;
      shown.src = `data:image/jpeg;base64,${read.annotated}`;
      shown.hidden = false;
      copy.hidden = read.digits.length === 0;
      show(answer, read);
      details.replaceChildren(element("div", { className: "digits" }, ...read.digits.map(card)));
    } catch (error) {
      if (error.name === "AbortError" || mine !== asking) return;
      fail(answer, error.message);
    }
  }

  function card(digit) {
    const read = element("b", { textContent: digit.digit });
    const sure = element("span", { className: "quiet", textContent: percent(digit.confidence) });
    const made = element(
      "div",
      { className: "digit" },
      element("div", { className: "head" }, read, sure),
      element("div", { className: "pictures" }, picture(digit, `A ${digit.digit} as the network saw it`, false)),
    );
    if (collects()) made.append(chooser(digit, read, sure));
    return made;
  }

  function chooser(digit, read, sure) {
    const options = [...Array(10).keys()].map((label) =>
      element("option", { value: label, textContent: `this is a ${label}` }),
    );
    const choose = element("select", {}, element("option", { value: "", textContent: "correct …" }), ...options);
    choose.setAttribute("aria-label", `What the ${digit.digit} really is`);
    choose.addEventListener("change", async () => {
      if (choose.value === "") return;
      const label = Number(choose.value);
      try {
        const kept = await api.correct(label, digit.image);
        read.textContent = label;
        sure.textContent = `kept, ${kept.count} in all`;
      } catch (error) {
        fail(answer, error.message);
      }
    });
    return choose;
  }

  file.addEventListener("change", () => file.files[0] && send(file.files[0]));
  // The same file chosen again is a new question.
  file.addEventListener("click", () => (file.value = ""));
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    const [dropped] = event.dataTransfer.files;
    if (dropped) send(dropped);
  });
  copy.addEventListener("click", async () => {
    const text = answer.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https a browser has no clipboard for a page: select the text instead.
      getSelection().selectAllChildren(answer);
      document.execCommand("copy");
    }
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
}
