/** A photograph made small enough for a weak network; writing on paper stays readable. Everything else is left as it is. */

const LONGEST = 2_560
const SMALL_ENOUGH = 900_000
const QUALITY = 0.82

export async function lighter(file: File): Promise<Blob> {
  if (!/^image\/(jpeg|png|webp|heic|heif)$/.test(file.type) || (file.size <= SMALL_ENOUGH && /jpeg|png/.test(file.type))) return file
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * scale)
    canvas.height = Math.round(picture.height * scale)
    const pen = canvas.getContext('2d')!
    // What is transparent would be black in a JPEG.
    pen.fillStyle = '#fff'
    pen.fillRect(0, 0, canvas.width, canvas.height)
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
    return made && (made.size < file.size || !/jpeg|png/.test(file.type)) ? made : file
  } catch {
    // A picture that this browser cannot read is the server's to judge.
    return file
  }
}
