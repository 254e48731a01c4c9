export default ({ text }: { text: unknown }) => ({ heard: text });
