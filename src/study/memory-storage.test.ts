import { storageContract } from "../../test/contracts/storage.ts";
import { MemoryStorage } from "./memory-storage.ts";

storageContract("MemoryStorage", (_, now) => new MemoryStorage(now));
