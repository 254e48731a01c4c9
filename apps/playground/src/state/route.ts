import { useSyncExternalStore } from "react";

/** Where in the app we are; kept in the address behind `#`, so that any static server will do. */
export type Route =
  | { page: "home" }
  | { page: "packages" }
  | { page: "status" }
  | { page: "block"; blockId: string; taskId: string | undefined };

export function parseRoute(hash: string): Route {
  const [page, blockId, taskId] = hash.replace(/^#\/?/, "").split("/").map(decodePart);
  if (page === "packages" || page === "status") return { page };
  if (page === "blocks" && blockId) return { page: "block", blockId, taskId: taskId || undefined };
  return { page: "home" };
}

export function formatRoute(route: Route): string {
  if (route.page === "home") return "#/";
  if (route.page === "packages" || route.page === "status") return `#/${route.page}`;
  const parts = [route.blockId, ...(route.taskId === undefined ? [] : [route.taskId])];
  return `#/blocks/${parts.map(encodeURIComponent).join("/")}`;
}

export function navigate(route: Route): void {
  location.hash = formatRoute(route);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
