/** The channels of a color in any notation of CSS. */
export function rgbOf(color: string): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return Uint8ClampedArray.of(128, 128, 128, 255);
  context.fillStyle = color.trim() || '#888';
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}
