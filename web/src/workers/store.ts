/** What waits on this phone: acts as text, photos as bytes, both in IndexedDB. */

const NAME = 'yunxiaolu-workers'
const STORES = ['acts', 'photos'] as const
type StoreName = (typeof STORES)[number]

let opening: Promise<IDBDatabase> | null = null

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })
  return opening
}

async function run<T>(
  store: StoreName,
  mode: IDBTransactionMode,
  use: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const open = await database()
  return new Promise((resolve, reject) => {
    const transaction = open.transaction(store, mode)
    const request = use(transaction.objectStore(store))
    transaction.oncomplete = () => resolve(request.result)
    transaction.onerror = () => reject(transaction.error ?? new Error('IndexedDB'))
  })
}

export async function put(store: StoreName, key: string, value: unknown): Promise<void> {
  await run(store, 'readwrite', (objects) => objects.put(value, key))
}

export async function take<T>(store: StoreName, key: string): Promise<T | undefined> {
  return (await run(store, 'readonly', (objects) => objects.get(key))) as T | undefined
}

export async function drop(store: StoreName, key: string): Promise<void> {
  await run(store, 'readwrite', (objects) => objects.delete(key))
}

export async function all<T>(store: StoreName): Promise<T[]> {
  return (await run(store, 'readonly', (objects) => objects.getAll())) as T[]
}
