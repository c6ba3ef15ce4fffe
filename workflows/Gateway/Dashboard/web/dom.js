// Elements from plain values. Text always becomes a text node, never markup, so whatever a run or a file is called is harmless.

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element: attributes (class, data-…, aria-…), listeners (onclick), and children (elements or text). */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An SVG element. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** The element of an id. */
export const id = name => document.getElementById(name);

/** Puts text into an element unless it is there already, so that screen readers are told of changes only. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Says in the page's place for it what went wrong. */
export function fail(error) {
  id('problem').hidden = false;
  say(id('problem'), error.message);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined));
  return element;
}
