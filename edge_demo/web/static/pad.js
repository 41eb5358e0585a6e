// The drawing pad: strokes become a picture, and the camera's own reader reads it.

import * as api from "./api.js";
import { bars, element, fail, picture, show } from "./digits.js";

const PEN = 0.05; // of the pad's height
const BETWEEN_MS = 120; // between answers while a stroke is drawn

export function start(onDigits) {
  const pad = document.getElementById("pad");
  const answer = document.getElementById("draw-answer");
  const details = document.getElementById("draw-details");
  const time = document.getElementById("draw-time");
  const undo = document.getElementById("pad-undo");
  const clear = document.getElementById("pad-clear");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const strokes = [];
  let stroke = null;
  let asking = null;
  let timer = 0;
  let asked = 0;

  function draw(canvas, ink, paper) {
    const context = canvas.getContext("2d");
    if (paper) {
      context.fillStyle = paper;
      context.fillRect(0, 0, canvas.width, canvas.height);
    } else {
      context.clearRect(0, 0, canvas.width, canvas.height);
    }
    context.strokeStyle = ink;
    context.lineWidth = PEN * canvas.height;
    context.lineCap = context.lineJoin = "round";
    for (const points of strokes) {
      context.beginPath();
      context.moveTo(...points[0]);
      // A tap is a dot.
      if (points.length === 1) context.lineTo(points[0][0] + 0.1, points[0][1]);
      for (let i = 1; i < points.length; i++) {
        const [x, y] = points[i - 1];
        context.quadraticCurveTo(x, y, (x + points[i][0]) / 2, (y + points[i][1]) / 2);
      }
      context.lineTo(...points.at(-1));
      context.stroke();
    }
  }

  function redraw() {
    draw(pad, dark.matches ? "#e9eaea" : "#1b1d1f");
    undo.disabled = clear.disabled = strokes.length === 0;
  }

  function place(event) {
    const box = pad.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * pad.width,
      ((event.clientY - box.top) / box.height) * pad.height,
    ];
  }

  async function ask() {
    clearTimeout(timer);
    timer = 0;
    asking?.abort();
    if (strokes.length === 0) {
      asking = null;
      answer.textContent = "Draw a digit, or several.";
      answer.classList.add("none");
      details.replaceChildren();
      time.textContent = "";
      return;
    }
    const mine = (asking = new AbortController());
    const paper = element("canvas", { width: pad.width, height: pad.height });
    draw(paper, "#000", "#fff");
    const blob = await new Promise((done) => paper.toBlob(done, "image/png"));
    const start = (asked = performance.now());
    try {
      const read = await api.read(blob, { name: "pad", quick: true, signal: mine.signal });
      if (mine !== asking) return;
      time.textContent = `${Math.round(performance.now() - start)} ms`;
      show(answer, read);
      tell(read);
    } catch (error) {
      if (error.name === "AbortError" || mine !== asking) return;
      fail(answer, error.message);
    }
  }

  function tell(read) {
    onDigits?.(read);
    details.replaceChildren(
      ...read.digits.map((digit) =>
        element(
          "div",
          { className: "one" },
          element(
            "div",
            { className: "maps" },
            figure(picture(digit, `What the network saw of the ${digit.digit}`, false), "seen"),
            ...(digit.attention
              ? [figure(picture(digit, `Where the gate lets the ${digit.digit} pass`, true), "attention")]
              : []),
          ),
          bars(digit),
        ),
      ),
    );
  }

  function figure(canvas, caption) {
    return element("figure", {}, canvas, element("figcaption", { textContent: caption }));
  }

  pad.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    stroke = [place(event)];
    strokes.push(stroke);
    redraw();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) stroke.push(place(one));
    if (stroke.length < 2) stroke.push(place(event));
    redraw();
    if (!timer) timer = setTimeout(ask, Math.max(0, BETWEEN_MS - (performance.now() - asked)));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    pad.addEventListener(end, () => {
      if (!stroke) return;
      stroke = null;
      ask();
    });
  }
  undo.addEventListener("click", () => {
    strokes.pop();
    redraw();
    ask();
  });
  clear.addEventListener("click", () => {
    strokes.length = 0;
    redraw();
    ask();
  });
  pad.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Delete") clear.click();
    if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) undo.click();
  });
  dark.addEventListener("change", redraw);
  redraw();
  answer.classList.add("none");
}
