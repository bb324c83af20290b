// Looks at a page as it is laid out now and returns what is wrong with it, one line each.
const faults = new Set();
const root = document.documentElement;

const named = (it) => it.tagName.toLowerCase() + (it.id ? `#${it.id}` : "") + [...it.classList].map((name) => `.${name}`).join("");
const words = (it) => [...it.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join(" ").trim();
const tell = (it, what) => faults.add(`${named(it)} ${what}: ${JSON.stringify((it.textContent || "").trim().slice(0, 60))}`);

// Colours as three numbers and how solid they are.
const colour = (text) => {
  const [r, g, b, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return text.startsWith("color(") ? [r * 255, g * 255, b * 255, alpha] : [r, g, b, alpha];
};
const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
const behind = (it) => {
  const layers = [];
  for (let at = it; at; at = at.parentElement) {
    layers.unshift(colour(getComputedStyle(at).backgroundColor));
  }
  return layers.reduce((below, top) => over(top, below), [255, 255, 255, 1]);
};
const light = (rgb) => {
  const [r, g, b] = rgb.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};

// What scrolls sideways by itself, and what is there for the ear only.
const apart = (it) => it.closest(".page-frame, .visually-hidden, .skip, svg");
const is_foreign = (it) => it.closest("bdi, [dir=auto], .words, .whose, [lang]:not(html)");

if (root.scrollWidth > innerWidth + 1) {
  faults.add(`the page is ${root.scrollWidth} wide, the window ${innerWidth}`);
}
for (const it of document.body.querySelectorAll("*")) {
  const box = it.getBoundingClientRect();
  const style = getComputedStyle(it);
  if (apart(it) || !box.width || !box.height || style.visibility !== "visible") {
    continue;
  }
  const own = words(it);
  if (own && (box.right > innerWidth + 1 || box.left < -1)) {
    tell(it, "is wider than the window");
    faults.delete(`the page is ${root.scrollWidth} wide, the window ${innerWidth}`);
  }
  const clips = style.overflowX !== "visible" || style.overflowY !== "visible";
  // Where lines are meant to be cut, the number of them is set.
  const shortened = style.webkitLineClamp && style.webkitLineClamp !== "none";
  if (own && clips && !shortened && it.tagName !== "TEXTAREA" && (it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1)) {
    tell(it, "is cut");
  }
  if (it.matches("button, .button, input, textarea, nav a, .row") && Math.min(box.width, box.height) < 24) {
    tell(it, "is too small to hit");
  }
  if (!own) {
    continue;
  }
  const ground = behind(it);
  const ratio = contrast(over(colour(style.color), ground), ground);
  if (ratio < 4.5 && !it.closest(":disabled")) {
    tell(it, `is too pale, ${ratio.toFixed(1)} to 1`);
  }
  if (/^[a-z]+(-[a-z]+)+$/.test(own) && !is_foreign(it)) {
    tell(it, "has no words");
  } else if (root.lang === "ar" && !is_foreign(it) && /[A-Za-zÅÄÖåäö]{3}/.test(own.replace(/\u2068.*?\u2069/g, "").replace("Digiteam", ""))) {
    tell(it, "is not in this language");
  }
}
return [...faults];
