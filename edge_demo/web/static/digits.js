// Digits as the page shows them: text, 28×28 images with their masks, bars of probabilities.

/** The answer as text: its numbers, or that there is no digit. */
export function show(element, answer) {
  const numbers = answer.numbers ?? [];
  element.textContent = numbers.length ? numbers.join("  ") : "no digit";
  element.classList.toggle("none", numbers.length === 0);
  element.classList.remove("failed");
}

export function fail(element, message) {
  element.textContent = message;
  element.classList.remove("none");
  element.classList.add("failed");
}

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function bitmap(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: "image/png" }));
}

/** A canvas with the 28×28 image; with a mask, what the gate lets pass is tinted. */
export function picture(digit, label, masked) {
  const canvas = element("canvas", { width: 28, height: 28 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  paint(canvas, digit, masked);
  return canvas;
}

async function paint(canvas, digit, masked) {
  const context = canvas.getContext("2d");
  context.drawImage(await bitmap(digit.image), 0, 0);
  if (!masked || !digit.attention) return;
  const mask = element("canvas", { width: 28, height: 28 }).getContext("2d");
  mask.drawImage(await bitmap(digit.attention), 0, 0, 28, 28);
  const image = context.getImageData(0, 0, 28, 28);
  const values = mask.getImageData(0, 0, 28, 28).data;
  for (let i = 0; i < image.data.length; i += 4) {
    const ink = image.data[i];
    const open = values[i] / 255;
    image.data[i] = ink;
    image.data[i + 1] = Math.max(ink, 150 * open);
    image.data[i + 2] = Math.max(ink, 140 * open);
  }
  context.putImageData(image, 0, 0);
}

export function percent(value) {
  return `${Math.round(100 * value)} %`;
}

/** Ten bars, one for each digit. */
export function bars(digit) {
  const rows = digit.probabilities.map((value, label) => {
    const bar = element("progress", { max: 1, value });
    bar.setAttribute("aria-label", `Probability of ${label}`);
    const row = element(
      "div",
      { className: label === digit.digit ? "bar best" : "bar" },
      element("span", { textContent: label }),
      bar,
      element("span", { textContent: percent(value) }),
    );
    return row;
  });
  return element("div", { className: "bars" }, ...rows);
}
