// A short bell for a new alert, off until the officer turns it on: browsers allow sound only after a click.

import { t } from "/static/texts.js";

const KEPT = "ejazo.ring";

export class Bell {
  constructor(button) {
    this.button = button;
    this.isOn = localStorage.getItem(KEPT) === "on";
    button.addEventListener("click", () => {
      this.isOn = !this.isOn;
      localStorage.setItem(KEPT, this.isOn ? "on" : "off");
      this.show();
      if (this.isOn) this.ring(4);
    });
    this.show();
  }

  show() {
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.button.title = t(this.isOn ? "map.ring_on" : "map.ring_off");
  }

  /** Two tones; the graver, the higher. */
  ring(severity) {
    if (!this.isOn) return;
    this.audio ??= new AudioContext();
    const low = severity <= 1 ? 880 : severity === 2 ? 660 : 523;
    [low, low * 1.5].forEach((pitch, i) => this.tone(pitch, this.audio.currentTime + i * 0.16));
  }

  tone(pitch, at) {
    const [voice, gain] = [this.audio.createOscillator(), this.audio.createGain()];
    voice.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
    voice.connect(gain).connect(this.audio.destination);
    voice.start(at);
    voice.stop(at + 0.55);
  }
}
