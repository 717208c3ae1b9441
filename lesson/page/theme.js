// Before anything is drawn: that scripts run, and the colours that the reader chose.
document.documentElement.classList.add("scripted");
try {
  const theme = localStorage.getItem("shuffle-lab.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's colours stay.
}
