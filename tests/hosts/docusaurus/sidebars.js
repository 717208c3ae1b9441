// The order of the pages.
export default { course: ["skew", "salting"] };
