'use strict';

const SHOWN = 5;            // classes of an image before "Show all"
const FEW = 20;             // classes that a wide page lists at once
const PHONE = 480;          // pixels of a narrow page's width
const WORKERS = 2;          // requests at once
const THUMBNAIL = 224;      // pixels of a thumbnail's longer side
const RETRY_MILLISECONDS = 700;
const RETRIES = 60;

const byId = id => document.getElementById(id);
const waiting = [];
const counts = { all: 0, done: 0, failed: 0 };
let workers = 0;
let facts = null;

async function showFacts() {
  byId('example').textContent = `curl -F image=@photo.jpg ${location.origin}/predict`;
  try {
    facts = await (await fetch('model')).json();
  } catch {
    byId('facts').textContent = 'The server does not answer. Is distill serve still running?';
    return;
  }

  const { channels, height, width } = facts.input;
  document.title = `${facts.name} – image classifier`;
  byId('name').textContent = facts.name;
  byId('facts').textContent = `${facts.architecture} · sees ${width}×${height} pixels in ${channels === 1 ? 'gray' : 'color'} · ${facts.format}`;
  const classes = byId('classes');
  classes.hidden = false;
  classes.open = facts.labels.length <= FEW && innerWidth > PHONE;
  classes.querySelector('summary').textContent = `${facts.labels.length} classes`;
  classes.querySelector('ul').replaceChildren(...facts.labels.map(label => {
    const item = document.createElement('li');
    item.textContent = label;
    return item;
  }));
  byId('limits').textContent = `PNG, JPEG, WebP, BMP or GIF, up to ${facts.limits.megabytes} MB and ${facts.limits.megapixels} megapixels. `
    + 'Images stay on this computer, and nothing is stored.';
}

// New cards come first, in the order of the files.
function add(files) {
  if (files.length === 0) return;
  const cards = [...files].map(file => {
    const card = byId('result').content.cloneNode(true).firstElementChild;
    card.querySelector('h3').textContent = card.querySelector('h3').title = file.name;
    card.querySelector('canvas').setAttribute('aria-label', `Thumbnail of ${file.name}`);
    waiting.push({ file, card });
    return card;
  });
  byId('results').prepend(...cards);
  byId('clear').hidden = false;
  counts.all += files.length;
  showStatus();
  while (workers < WORKERS && waiting.length > 0) work();
}

async function work() {
  workers++;
  while (waiting.length > 0) {
    const { file, card } = waiting.shift();
    if (!card.isConnected) continue;
    await showThumbnail(file, card);
    try {
      const { predictions, milliseconds } = await predict(file);
      card.querySelector('.time').textContent = `Classified in ${milliseconds} ms`;
      showPredictions(card, predictions, false);
    } catch (error) {
      if (card.isConnected) counts.failed++;
      const text = card.querySelector('.time');
      text.textContent = error.message;
      text.className = 'error time';
    }

    if (card.isConnected) counts.done++;
    showStatus();
  }
  workers--;
}

async function showThumbnail(file, card) {
  const canvas = card.querySelector('canvas');
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, THUMBNAIL / Math.max(image.width, image.height));
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    canvas.classList.toggle('small', scale === 1);
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
  } catch {
    canvas.setAttribute('aria-label', `No thumbnail of ${file.name}`);
  }
}

async function predict(file) {
  const most = facts?.limits.megabytes ?? Infinity;
  if (file.size > most * 1e6) {
    throw new Error(`This file has ${(file.size / 1e6).toFixed(1)} MB. The server accepts at most ${most} MB per image.`);
  }

  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new Error('This file cannot be read. Is it a folder?');
  }

  for (let tries = 0; ; tries++) {
    let response;
    let answer;
    try {
      response = await fetch('predict', { method: 'POST', body: bytes });
      answer = await response.json();
    } catch {
      throw new Error('The server does not answer. Is distill serve still running?');
    }

    if (response.ok) {
      const time = /dur=([\d.]+)/.exec(response.headers.get('Server-Timing'));
      return { predictions: answer[0].predictions, milliseconds: Math.max(1, Math.round(Number(time?.[1] ?? 0))) };
    }

    if (response.status !== 503 || tries === RETRIES) throw new Error(`This image cannot be classified: ${answer.error}`);
    await new Promise(done => setTimeout(done, RETRY_MILLISECONDS));
  }
}

function showPredictions(card, predictions, all) {
  const shown = predictions.slice(0, all ? predictions.length : SHOWN);
  card.querySelector('.predictions').replaceChildren(...shown.map(({ label, probability }) => {
    const item = byId('prediction').content.cloneNode(true).firstElementChild;
    item.querySelector('.label').textContent = label;
    item.querySelector('.fill').style.width = `${100 * probability}%`;
    item.querySelector('.percent').textContent = `${(100 * probability).toFixed(1)} %`;
    return item;
  }));
  const more = card.querySelector('.more');
  more.hidden = predictions.length <= SHOWN;
  more.textContent = all ? `Show the first ${SHOWN}` : `Show all ${predictions.length} classes`;
  more.setAttribute('aria-expanded', String(all));
  more.onclick = () => showPredictions(card, predictions, !all);
}

function showStatus() {
  const { all, done, failed } = counts;
  const good = done - failed;
  byId('status').textContent = all === 0 ? 'No images yet'
    : done < all ? `${done} of ${all} done …`
    : `${good} ${good === 1 ? 'image' : 'images'} classified${failed > 0 ? `, ${failed} not` : ''}`;
}

function clear() {
  waiting.length = 0;
  Object.assign(counts, { all: 0, done: 0, failed: 0 });
  byId('results').replaceChildren();
  byId('clear').hidden = true;
  showStatus();
  byId('files').focus();
}

// Dropping works on the whole page, since a missed drop would make the browser open the file.
const hasFiles = event => event.dataTransfer?.types.includes('Files');
const drag = on => document.body.classList.toggle('dragging', on);
addEventListener('dragover', event => { if (hasFiles(event)) { event.preventDefault(); drag(true); } });
addEventListener('dragleave', event => { if (event.relatedTarget === null) drag(false); });
addEventListener('drop', event => { event.preventDefault(); drag(false); add(event.dataTransfer.files); });
addEventListener('paste', event => add(event.clipboardData.files));
byId('files').addEventListener('change', event => { add(event.target.files); event.target.value = ''; });
byId('clear').addEventListener('click', clear);
showFacts();
