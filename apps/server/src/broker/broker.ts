import type { Logger } from "pino";
import { listDescendants } from "../processes/process-tree.ts";
import { openMqttDoor } from "./mqtt-door.ts";
import type { Role } from "./rights.ts";
import { createRoom, type Room } from "./room.ts";

/** Carries messages between the server and the processes of its sessions, each session in a room of its own. */
export interface Broker {
  /** `127.0.0.1:PORT`, where processes connect that were admitted. */
  readonly address: string;
  /** Opens the room of a session. */
  openRoom(sessionId: string): Room;
  /**
   * Lets a process and what descends from it connect to the room. `rootRole` is that of the process itself, its
   * descendants are executors. The answer ends this.
   */
  admit(room: Room, pid: number, rootRole: Role): () => void;
  /** Disconnects everybody and stops listening. */
  close(): Promise<void>;
}

export async function openBroker(log: Logger): Promise<Broker> {
  const door = await openMqttDoor(log);
  return {
    address: door.address,
    openRoom: (sessionId) => createRoom(sessionId, log),
    admit: (room, pid, rootRole) =>
      door.admit({
        room,
        pids: () => [pid, ...listDescendants(pid)],
        roleOf: (peer) => (peer === pid ? rootRole : "executor"),
      }),
    close: () => door.close(),
  };
}
