// The live view: asks for the next frame when the last one is shown, so it is never behind.

import * as api from "./api.js";
import { show } from "./digits.js";

const RETRY_MS = 1000;

export function start() {
  const find = (id) => document.getElementById(id);
  const picture = find("live-picture");
  const message = find("live-message");
  const rate = find("live-rate");
  const source = find("live-source");
  const answer = find("live-answer");
  const boxes = find("live-boxes");
  const attention = find("live-attention");
  let after = 0;
  let visible = true;
  let wake = () => {};

  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const seen = () => visible && document.visibilityState === "visible";

  function wait(text) {
    message.textContent = text;
    message.hidden = false;
    message.classList.toggle("over", !picture.hidden);
    rate.textContent = "";
  }

  async function next() {
    const got = await api.frame(after, boxes.checked, attention.checked);
    if (!got.picture) {
      after = 0;
      wait(got.message || "No new frame; the camera is waited for.");
      await pause(RETRY_MS);
      return;
    }
    const { facts } = got;
    const old = picture.src;
    picture.src = URL.createObjectURL(got.picture);
    await picture.decode().catch(() => {});
    if (old) URL.revokeObjectURL(old);
    after = facts.frame;
    picture.hidden = false;
    message.hidden = true;
    show(answer, facts);
    rate.textContent = `${facts.frames_per_second.toFixed(0)} frames/s · ${facts.milliseconds.toFixed(0)} ms`;
    source.textContent = facts.source;
  }

  async function run() {
    for (;;) {
      if (!seen()) {
        await new Promise((done) => (wake = done));
        continue;
      }
      try {
        await next();
      } catch (error) {
        after = 0;
        wait(error.message);
        await pause(RETRY_MS);
      }
    }
  }

  new IntersectionObserver((entries) => {
    visible = entries.at(-1).isIntersecting;
    wake();
  }).observe(picture.parentElement);
  document.addEventListener("visibilitychange", () => wake());
  run();
}
