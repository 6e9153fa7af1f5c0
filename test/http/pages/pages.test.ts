import { html, renderPage } from '../../../src/http/pages/page.js';

describe('a page', () => {
  it('escapes every value, in text and in attributes', () => {
    const hostile = `"><script>alert('x')</script>&`;
    expect(html`<a title="${hostile}">${hostile}</a>`.toString()).toBe(
      '<a title="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;">' +
        '&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;</a>',
    );
  });

  it('takes its own HTML as it is, joins lists, and leaves out what is not there', () => {
    const items = ['a', '<'].map((item) => html`<i>${item}</i>`);
    expect(html`${items}${null}${undefined}${false}${0}`.toString()).toBe('<i>a</i><i>&lt;</i>0');
  });

  it('hands data to its script so that no text in it can end the element', () => {
    const data = { name: '</script><script>alert(1)</script><!--' };
    const page = renderPage({ title: 'T', body: html``, script: { source: 'go()', data } }, 'N');
    expect(page.match(/<script/g)).toHaveLength(2);
    const json = /id="data">\s*(.*?)\s*<\/script>/s.exec(page)?.[1];
    expect(JSON.parse(json ?? '')).toEqual(data);
    expect(page).toContain('<script nonce="N">');
  });
});
