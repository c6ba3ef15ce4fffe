// The feature stage of one event, in JavaScript: particles by decreasing distance to the lepton, each column standardised over the event.
const Columns = 19, Eta = 5, Phi = 6;

export function prepare(particles, target, first) {
  const n = particles.length, lepton = particles[0];
  const order = particles.map((row, index) => {
    let phi = (lepton[Phi] - row[Phi] + Math.PI) % (2 * Math.PI);
    if (phi < 0) phi += 2 * Math.PI;
    return { row, index, distance: Math.hypot(lepton[Eta] - row[Eta], phi - Math.PI) };
  });
  order.sort((a, b) => b.distance - a.distance || a.index - b.index);
  for (let k = 0; k < Columns; k++) {
    let mean = 0, variance = 0;
    for (let i = 0; i < n; i++) mean += particles[i][k];
    mean /= n;
    for (let i = 0; i < n; i++) variance += (particles[i][k] - mean) ** 2;
    const scale = variance > 0 ? 1 / Math.sqrt(variance / n) : 0;
    for (let i = 0; i < n; i++) target[first + i * Columns + k] = (order[i].row[k] - mean) * scale;
  }
}
