export default function ({ value }) {
  return { said: value };
}
