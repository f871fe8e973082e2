/** Photos before they are sent: smaller, and without what the camera wrote into them. */

const LONGEST_PX = 1_600
const QUALITY = 0.82

/** Returns a photo as a small JPEG; one that cannot be read here is sent as it is. */
export async function shrunk(file: Blob): Promise<Blob> {
  const url = URL.createObjectURL(file)
  try {
    const image = await loaded(url)
    const scale = Math.min(1, LONGEST_PX / Math.max(image.naturalWidth, image.naturalHeight))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(image.naturalWidth * scale)
    canvas.height = Math.round(image.naturalHeight * scale)
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((resolve) =>
      canvas.toBlob((blob) => resolve(blob ?? file), 'image/jpeg', QUALITY),
    )
  } catch {
    return file
  } finally {
    URL.revokeObjectURL(url)
  }
}

function loaded(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error('not a photo'))
    image.src = url
  })
}
