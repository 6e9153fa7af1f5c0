import type { Locator, Page } from 'playwright-core';

/** The form of a server in the console, as somebody in front of it names its parts. */
export class ServerForm {
  constructor(readonly page: Page) {}

  field(label: string): Locator {
    return this.page.getByRole('textbox', { name: label, exact: true });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  dialog(title: string): Locator {
    return this.page.getByRole('alertdialog', { name: title });
  }

  /** What is said of a field that was filled in wrongly; it is tied to the field for screen readers. */
  async mistakeAt(field: Locator): Promise<string> {
    await this.page.locator('[aria-invalid=true]').first().waitFor();
    const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const mistake = ids.find((id) => id.endsWith('-mistake'));
    return mistake ? this.page.locator(`[id="${mistake}"]`).innerText() : '';
  }

  /** Waits until the page says that it is saved, and shows what is stored now. */
  async save(): Promise<void> {
    const saved = this.page.getByText(/ is saved\.$/);
    // What the page said of an earlier save is no answer to this one.
    while ((await saved.count()) > 0) await saved.first().waitFor({ state: 'detached' });
    await this.button('Save').click();
    await saved.first().waitFor();
  }
}
