// What a server renders and a page shows.
import { ConnectProvider, useBlocks, useRun, useUpload } from "../../src/react/index.ts";

export function ReactApp() {
  return (
    <ConnectProvider>
      <Run />
      <Upload />
      <Blocks id="one" />
      <Blocks id="two" />
    </ConnectProvider>
  );
}

function Run() {
  const { start, stop, reset, ...run } = useRun("show::steps");
  const signal = new URLSearchParams(globalThis.location?.search).get("signal") ?? "";
  const startThrice = () => {
    for (let click = 0; click < 3; click += 1) void start({ signal });
  };
  return (
    <section id="run">
      <button type="button" name="start" onClick={startThrice} />
      <button type="button" name="refused" onClick={() => void start({ signal: 1 })} />
      <button type="button" name="stop" onClick={() => void stop()} />
      <button type="button" name="reset" onClick={reset} />
      <output>{JSON.stringify({ ...run, error: messageOf(run.error) })}</output>
    </section>
  );
}

function Upload() {
  const { send, stop, fraction, isUploading, status, result, error } = useUpload("pkg::file-processor");
  const sendBytes = (count: number) => void send([new File([new Uint8Array(count)], "zeros.bin")]);
  return (
    <section id="upload">
      <button type="button" name="small" onClick={() => sendBytes(1_000_000)} />
      <button type="button" name="large" onClick={() => sendBytes(200_000_000)} />
      <button type="button" name="stop" onClick={() => void stop()} />
      <output>{JSON.stringify({ fraction, isUploading, status, result, error: messageOf(error) })}</output>
    </section>
  );
}

function Blocks({ id }: { id: string }) {
  const { blocks, isLoading, error, refresh } = useBlocks();
  const ids = blocks?.map(({ blockId }) => blockId);
  return (
    <section id={id}>
      <button type="button" name="refresh" onClick={() => void refresh()} />
      <output>{JSON.stringify({ ids, isLoading, error: messageOf(error) })}</output>
    </section>
  );
}

function messageOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : undefined;
}
