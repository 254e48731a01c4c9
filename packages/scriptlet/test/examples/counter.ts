// counter.ts
import type { ServiceContext } from "@oomol/scriptlet";

export default function main(service: ServiceContext) {
  let count = 0;
  service.blockHandler = {
    add: ({ by }) => {
      count += Number(by);
      return { count };
    },
    reset: () => {
      count = 0;
    },
  };
}
