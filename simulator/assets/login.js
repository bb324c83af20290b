// The waiting page: asks for the status until it is final, and shows the QR code of each second.
// What is final is not asked for again; the page loads itself anew and the server decides where it leads.
"use strict";

const main = document.querySelector("main[data-status]");

async function ask() {
  let answer = null;
  try {
    answer = await (await fetch(main.dataset.status)).json();
  } catch {
    // The provider may be away for a moment; the next round asks again.
  }
  if (answer?.status === "final") {
    location.replace(location.pathname);
    return;
  }
  if (answer) {
    const status = document.getElementById("status");
    if (status.textContent !== answer.text) status.textContent = answer.text;
    document.querySelector("#open-app, #open-phone").setAttribute("href", answer.open);
  }
  setTimeout(ask, Number(main.dataset.poll));
}

// The next picture takes the place of the last one only when it is there, so nothing flickers.
function turn(image) {
  const next = image.cloneNode();
  next.addEventListener("load", () => image.replaceWith(next), { once: true });
  for (const outcome of ["load", "error"]) {
    next.addEventListener(outcome, () => setTimeout(turn, 1000, outcome === "load" ? next : image), { once: true });
  }
  next.src = `${main.dataset.qr}?at=${Date.now()}`;
}

if (main) {
  setTimeout(ask, Number(main.dataset.poll));
  const image = document.getElementById("qr");
  if (image) setTimeout(turn, 1000, image);
}
