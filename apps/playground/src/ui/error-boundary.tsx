import { Component, type ReactNode } from "react";
import { useMessages } from "../i18n/use-messages.ts";

/** Keeps what goes wrong in one part of the page in that part, which says so. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failure: string | undefined }> {
  override state: { failure: string | undefined } = { failure: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { failure: String(error) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    return failure === undefined ? this.props.children : <Failure text={failure} />;
  }
}

function Failure({ text }: { text: string }) {
  return (
    <p className="alert" role="alert">
      {useMessages().previewFailed} {text}
    </p>
  );
}
