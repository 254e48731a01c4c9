export default () => {
  throw new Error("the child had a bad day");
};
