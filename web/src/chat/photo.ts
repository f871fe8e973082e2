/** Makes a photo small before it is sent: phones take pictures of many megabytes. */

const LONGEST_SIDE_PX = 1_600
const QUALITY = 0.82
const PREVIEW_SIDE_PX = 480

export interface SmallPhoto {
  data: Blob
  /** A small copy as a data address, to show while the photo is on its way. */
  preview: string
}

/** Returns a photo at most 1,600 pixels long, turned upright; throws for no picture. */
export async function smallPhoto(file: File): Promise<SmallPhoto> {
  const picture = await decoded(file)
  const data = await new Promise<Blob | null>((done) =>
    drawn(picture, LONGEST_SIDE_PX).toBlob(done, 'image/jpeg', QUALITY),
  )
  if (data === null) throw new Error('not a picture')
  return { data, preview: drawn(picture, PREVIEW_SIDE_PX).toDataURL('image/jpeg', QUALITY) }
}

/** A data address, because the page allows no other foreign pictures. */
async function decoded(file: File): Promise<HTMLImageElement> {
  const address = await new Promise<string>((done, fail) => {
    const reader = new FileReader()
    reader.onload = () => done(String(reader.result))
    reader.onerror = () => fail(reader.error)
    reader.readAsDataURL(file)
  })
  const picture = new Image()
  picture.src = address
  await picture.decode()
  return picture
}

function drawn(picture: HTMLImageElement, longestSide: number): HTMLCanvasElement {
  const { naturalWidth: width, naturalHeight: height } = picture
  const scale = Math.min(1, longestSide / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return canvas
}
