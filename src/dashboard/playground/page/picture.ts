// The image on its canvas: shown, or drawn by pointer and keyboard.

import { centred, ink, type PictureSize } from "../drawn-image.ts";

export interface PictureOptions {
  readonly canvas: HTMLCanvasElement;
  /** Where the pen of the keyboard is, in words. */
  readonly place: HTMLElement;
  /** Told the pixels whenever something was drawn. */
  readonly onDraw: (pixels: Uint8Array) => void;
}

export class Picture {
  readonly #options: PictureOptions;
  #size: PictureSize = { width: 28, height: 28 };
  #channels = 1;
  #pixels: Uint8Array = new Uint8Array(784);
  #isDrawing = false;
  #isCentred = true;
  #last: { readonly x: number; readonly y: number } | null = null;
  #pen = { x: 14, y: 14 };
  #isPenDown = false;

  constructor(options: PictureOptions) {
    this.#options = options;
    const { canvas } = options;
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.#isDrawing || event.button !== 0) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#last = this.#placeAt(event);
      this.#inkTo(this.#last);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.#last === null) return;
      this.#inkTo(this.#placeAt(event));
    });
    for (const kind of ["pointerup", "pointercancel"])
      canvas.addEventListener(kind, () => {
        if (this.#last !== null) this.#told();
        this.#last = null;
      });
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  get isDrawing(): boolean {
    return this.#isDrawing;
  }

  /** @param shape - [channels, height, width]; images of 1 or 3 channels can be shown, of 1 drawn */
  resize([channels, height, width]: readonly number[]): void {
    this.#channels = channels;
    this.#size = { width, height };
    this.#pen = { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    this.#options.canvas.width = width;
    this.#options.canvas.height = height;
  }

  show(pixels: Uint8Array): void {
    this.#stopDrawing();
    this.#pixels = pixels;
    this.#paint(pixels);
  }

  /** Begin an empty picture. */
  draw(): void {
    this.#isDrawing = true;
    this.#options.canvas.classList.add("drawing-on");
    this.#pixels = new Uint8Array(this.#size.width * this.#size.height);
    this.#isPenDown = false;
    this.#paint(this.#pixels);
    this.#told();
    this.#options.canvas.focus({ preventScroll: true });
  }

  /** Whether what is drawn is moved into the middle before it is decided. */
  centre(isCentred: boolean): void {
    this.#isCentred = isCentred;
    if (this.#isDrawing) this.#told();
  }

  #stopDrawing(): void {
    this.#isDrawing = false;
    this.#options.canvas.classList.remove("drawing-on");
    this.#options.place.textContent = "";
  }

  #placeAt(event: PointerEvent): { readonly x: number; readonly y: number } {
    const box = this.#options.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * this.#size.width - 0.5,
      y: ((event.clientY - box.top) / box.height) * this.#size.height - 0.5,
    };
  }

  #inkTo(to: { readonly x: number; readonly y: number }): void {
    ink(this.#pixels, this.#size, this.#last ?? to, to);
    this.#last = to;
    this.#paint(this.#pixels);
  }

  #key(event: KeyboardEvent): void {
    if (!this.#isDrawing) return;
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    if (event.key !== " " && move === undefined) return;
    event.preventDefault();
    const { width, height } = this.#size;
    const from = this.#pen;
    if (move === undefined) this.#isPenDown = !this.#isPenDown;
    else {
      this.#pen = {
        x: Math.max(0, Math.min(width - 1, from.x + move[0])),
        y: Math.max(0, Math.min(height - 1, from.y + move[1])),
      };
    }
    if (this.#isPenDown) {
      ink(this.#pixels, this.#size, from, this.#pen);
      this.#told();
    }
    this.#paint(this.#pixels, this.#pen);
    this.#options.place.textContent = `Pen ${this.#isPenDown ? "down" : "up"}, column ${this.#pen.x + 1} of ${width}, row ${this.#pen.y + 1} of ${height}`;
  }

  #told(): void {
    this.#options.onDraw(this.#isCentred ? centred(this.#pixels, this.#size) : this.#pixels.slice());
  }

  #paint(pixels: Uint8Array, pen?: { readonly x: number; readonly y: number }): void {
    const { width, height } = this.#size;
    const plane = width * height;
    const image = new ImageData(width, height);
    for (let i = 0; i < plane; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = pixels[(this.#channels === 3 ? c : 0) * plane + i];
      image.data[4 * i + 3] = 255;
    }
    if (pen !== undefined) image.data.set([240, 138, 60, 255], 4 * (pen.y * width + pen.x));
    this.#options.canvas.getContext("2d")?.putImageData(image, 0, 0);
  }
}
