package importexport

import (
	"context"

	"github.com/deskfolk/desk"
)

// MaxMappings is how many mappings a workspace can save.
const MaxMappings = 200

// maxMappingName is the greatest length of a mapping's name, in bytes.
const maxMappingName = 100

// SaveMapping keeps a choice of columns under a name, in place of one that has
// the name, to be used for the next file of that sort. It needs
// contacts.MayImport.
func (s *Service) SaveMapping(ctx context.Context, a desk.Actor, name string, columns map[string]string) error {
	return desk.In("importexport.SaveMapping", s.saveMapping(ctx, a, name, columns))
}

func (s *Service) saveMapping(ctx context.Context, a desk.Actor, name string, columns map[string]string) error {
	if err := needImport(a); err != nil {
		return err
	}
	name, err := desk.CleanLine("name", name, maxMappingName)
	if err != nil {
		return err
	}
	if name == "" || len(columns) == 0 || len(columns) > MaxColumns {
		return desk.Errorf(desk.Invalid, "name", "A mapping has a name, and 1 to %d columns.", MaxColumns)
	}
	if err := s.checkMapping(ctx, a, columns); err != nil {
		return err
	}
	m := SavedMapping{Name: name, Columns: columns, At: desk.Moment(s.opts.Now()), By: a.ID}
	_, err = s.write(ctx, a, "importexport.SaveMapping", m.Columns, func(tx Tx) ([]string, error) {
		all, err := tx.Mappings(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		if len(all) >= MaxMappings {
			return nil, desk.Errorf(desk.Limited, "name", "A workspace can save at most %d mappings. Delete one first.", MaxMappings)
		}
		return nil, tx.PutMapping(ctx, a.Workspace, m)
	})
	return err
}

func (s *Service) checkMapping(ctx context.Context, a desk.Actor, columns map[string]string) error {
	defs, err := s.contacts.Fields(ctx, a)
	if err != nil {
		return err
	}
	for header, field := range columns {
		if len(header) > MaxCell {
			return desk.Errorf(desk.Limited, "columns", "A header is longer than %d bytes.", MaxCell)
		}
		if field != "" && !knownField(field, defs) {
			return desk.Errorf(desk.Invalid, "columns", "There is no field %s to map the column %s to.", quote(field), quote(header))
		}
	}
	return nil
}

// Mappings returns the mappings that were saved, by name. It needs
// contacts.MayImport.
func (s *Service) Mappings(ctx context.Context, a desk.Actor) ([]SavedMapping, error) {
	const op = "importexport.Mappings"
	if err := needImport(a); err != nil {
		return nil, desk.In(op, err)
	}
	all, err := s.store.Mappings(ctx, a.Workspace)
	return all, desk.In(op, err)
}

// DeleteMapping removes a mapping that was saved; desk.NotFound if there is
// none of the name. It needs contacts.MayImport.
func (s *Service) DeleteMapping(ctx context.Context, a desk.Actor, name string) error {
	const op = "importexport.DeleteMapping"
	if err := needImport(a); err != nil {
		return desk.In(op, err)
	}
	err := s.step(ctx, a, func(tx Tx) error { return tx.DeleteMapping(ctx, a.Workspace, name) })
	if desk.KindOf(err) == desk.NotFound {
		err = desk.Errorf(desk.NotFound, "name", "There is no mapping of this name.")
	}
	return desk.In(op, err)
}

// fits returns the columns of a saved mapping that a file has, so that it can
// be used for files that have some columns less.
func (m *SavedMapping) fits(header []string) map[string]string {
	out := map[string]string{}
	for _, h := range header {
		for want, field := range m.Columns {
			if foldHeader(h) == foldHeader(want) {
				out[h] = field
			}
		}
	}
	return out
}

// Using returns a mapping that was saved, as far as it fits a header, for
// [Choices.Map]. It needs contacts.MayImport.
func (s *Service) Using(ctx context.Context, a desk.Actor, name string, header []string) (map[string]string, error) {
	all, err := s.Mappings(ctx, a)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Name == name {
			return all[i].fits(header), nil
		}
	}
	return nil, desk.In("importexport.Using", desk.Errorf(desk.NotFound, "name", "There is no mapping of this name."))
}
