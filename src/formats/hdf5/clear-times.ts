// HDF5 files say when each data set was made; a file that shall be the same for the same content does not.

const modificationTimeMessage = 0x12;
/** Version and padding before the seconds. */
const secondsAt = 4;

/** Set all times of modification to 0, in place. @param bytes - a file of the library itself, whole and sound */
export async function clearTimes(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const { Dataset, File } = await import("jsfive");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const clear = (object: InstanceType<typeof File> | ReturnType<InstanceType<typeof File>["get"]>): void => {
    for (const message of object._dataobjects.find_msg_type(modificationTimeMessage))
      view.setUint32((message.get("offset_to_message") ?? 0) + secondsAt, 0);
    if (object instanceof Dataset) return;
    for (const name of object.keys) clear(object.get(name));
  };
  clear(new File(bytes.slice().buffer, ""));
}
