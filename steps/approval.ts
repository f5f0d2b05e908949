/** How long the approvers have. After that nothing is done. */
export const approvalHours = 24;
