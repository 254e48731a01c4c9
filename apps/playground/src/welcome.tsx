import { useBlocks } from "./blocks/use-blocks.ts";
import { useMessages } from "./i18n/use-messages.ts";

/** What stands beside the list before a block is chosen. */
export function Welcome() {
  const messages = useMessages();
  const { data } = useBlocks();
  return (
    <div className="welcome">
      <svg className="welcome-art" viewBox="0 0 360 150" aria-hidden="true">
        <path className="wire" d="M108 52c45 0 40 46 84 46M108 106c40 0 40-8 84-8M272 98c28 0 20-44 44-44" />
        <rect className="node node-one" x="26" y="30" width="80" height="44" rx="13" />
        <rect className="node node-two" x="26" y="84" width="80" height="44" rx="13" />
        <rect className="node node-three" x="190" y="72" width="80" height="52" rx="15" />
        <path className="ink" d="M46 45h40M46 58h24" />
        <path className="ink ink-two" d="M52 100v12M61 95v22M70 99v14M79 103v6" />
        <path className="ink ink-three" d="M224 88v20l16-10Z" />
        <circle className="spark" cx="326" cy="54" r="11" />
      </svg>
      <h1>{messages.welcomeTitle}</h1>
      {data && <p className="lead">{messages.welcomeText(data.length)}</p>}
      <p className="shortcuts">
        <span>
          <kbd>/</kbd> {messages.welcomeSearch}
        </span>
        <span>
          <kbd>Ctrl ↵</kbd> {messages.welcomeRun}
        </span>
      </p>
    </div>
  );
}
