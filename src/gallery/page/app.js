// The names of the photos, until there is a page.
const secret = location.hash.slice(1);
if (secret) {
  history.replaceState(null, '', location.pathname);
  await fetch('/api/login', { method: 'POST', body: JSON.stringify({ secret }) });
}
const { rev, total } = await (await fetch('/api/timeline')).json();
for (let page = 0; page * 512 < total; page++) {
  const { photos } = await (await fetch(`/api/page/${page}?rev=${rev}`)).json();
  for (const [id, name] of photos) {
    const item = document.createElement('li');
    const link = document.createElement('a');
    link.href = `/photo/${id}`;
    link.textContent = name;
    item.append(link);
    document.querySelector('ol').append(item);
  }
}
