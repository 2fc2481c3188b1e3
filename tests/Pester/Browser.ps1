# A browser for tests and pictures of the dashboard. Dot-source it.

# Debian's chromium, or what is like it; nothing where there is none.
function Find-Browser {
    (Get-Command chromium, chromium-browser, google-chrome -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
}

# How pages are looked at: three widths, light and dark.
function Get-BrowserView {
    foreach ($width in 360, 820, 1440) {
        foreach ($dark in $false, $true) { @{ Width = $width; Dark = $dark } }
    }
}

function Open-Browser {
    if (-not ('Browser' -as [type])) { Add-Type -Path $PSScriptRoot/Browser.cs -WarningAction Ignore }
    [Browser]::new((Find-Browser))
}

# What is wrong with a page for who sees badly, has no mouse, or hears it read out: a line for each. Every text that is shown has a contrast of
# 4.5 to 1 to what is behind it (large ones 3 to 1); whatever can be used has a name and can be reached by Tab; tables have headings.
$script:LookForBarriers = @'
(() => {
  const faults = [];
  const parse = c => (c.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  const light = c => {
    const [r, g, b] = parse(c).slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (parse(colour)[3] !== 0 && colour !== 'transparent') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (words.nextNode()) {
    const element = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TITLE'].includes(element.tagName) || !element.checkVisibility()) continue;
    texts++;
    const style = getComputedStyle(element);
    const colour = element.namespaceURI.endsWith('svg') ? style.fill : style.color;
    const [a, b] = [light(colour), light(behind(element))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if ((a + 0.05) / (b + 0.05) < least) faults.push(`contrast ${((a + 0.05) / (b + 0.05)).toFixed(2)}: '${words.currentNode.data.trim()}'`);
  }
  if (texts < 10) faults.push(`only ${texts} texts`);
  for (const e of document.querySelectorAll('button, a, input, select, [tabindex], [role=region], [role=img]')) {
    const label = e.getAttribute('aria-label') || (e.getAttribute('aria-labelledby') ?? '').split(' ').map(i => document.getElementById(i)?.textContent ?? '').join('') || e.textContent.trim();
    if (!label) faults.push(`no name: ${e.outerHTML.slice(0, 80)}`);
    if (e.tabIndex > 0) faults.push(`a place of its own in the order of Tab: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const e of document.querySelectorAll('button')) {
    const box = e.getBoundingClientRect();
    if (box.width < 44 || box.height < 44) faults.push(`small: ${e.outerHTML.slice(0, 80)}`);
  }
  for (const t of document.querySelectorAll('table')) if (!t.querySelector('th[scope=col]') || !t.querySelector('th[scope=row]')) faults.push('a table without headings');
  const levels = [...document.querySelectorAll('h1, h2, h3')].map(h => Number(h.tagName[1]));
  if (levels.filter(l => l === 1).length !== 1 || levels.some((l, i) => i > 0 && l > levels[i - 1] + 1)) faults.push(`headings ${levels}`);
  if (!document.documentElement.lang || !document.title || !document.querySelector('main') || !document.querySelector('meta[name=viewport]')) faults.push('no language, title, main part or viewport');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  if (new Set(ids).size !== ids.length) faults.push('an id twice');
  for (const e of document.querySelectorAll('.scroll')) if (e.tabIndex !== 0) faults.push('a part that scrolls and cannot be reached by Tab');
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`the page is ${wide} pixels wider than the window`);
  return faults.join('\n');
})()
'@
